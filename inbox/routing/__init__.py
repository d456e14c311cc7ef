"""What ought to happen: who gets a conversation, which rules fire, what is answered by itself."""
