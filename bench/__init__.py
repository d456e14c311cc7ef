"""What this machine does with Inbox, beside what it could do at most in the same minutes."""
