"""The whole workspace as files: backed up and restored, exported and imported."""
