"""The face: pages, API, hooks, widget and the live socket."""
