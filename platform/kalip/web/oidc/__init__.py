"""Sign-ins by OpenID Connect: what is said to a provider, and the pages that lead there and back."""
