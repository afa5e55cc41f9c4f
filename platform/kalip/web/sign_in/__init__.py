"""The steps of a sign-in after the first, lost passwords, and what a person keeps of it: factors, sessions, tokens."""
