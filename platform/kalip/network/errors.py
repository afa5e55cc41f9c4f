"""What can go wrong between Kalip and other machines."""

from kalip.base.errors import KalipError


class NetworkError(KalipError):
    """The other side can't be reached, or answers what can't be understood. Trying again later may help."""

    code = "N100"


class AddressRefused(NetworkError):
    """The address isn't one that this site may call. Trying again doesn't help."""

    code = "N101"


class NetworkRefused(NetworkError):
    """The other side was reached and said no for good. Trying again doesn't help."""

    code = "N102"


class MessageTooLarge(NetworkRefused):
    """A message is larger than what is read."""

    code = "N103"
