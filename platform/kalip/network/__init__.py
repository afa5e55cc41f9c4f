"""Floor 8: other machines: mail out and in, guarded calls by HTTP. The only floor that opens connections to them."""

from kalip.network.errors import AddressRefused, MessageTooLarge, NetworkError, NetworkRefused
from kalip.network.guard import Guard, may_be_called
from kalip.network.http import HttpAnswer, HttpClient, HttpRequest
from kalip.network.imap import LARGEST_MESSAGE, Folder, open_folder
from kalip.network.network import MailboxAccount, Network, make_network
from kalip.network.servers import Server, read_server
from kalip.network.smtp import Smtp

__all__ = [
    "LARGEST_MESSAGE",
    "AddressRefused",
    "Folder",
    "Guard",
    "HttpAnswer",
    "HttpClient",
    "HttpRequest",
    "MailboxAccount",
    "MessageTooLarge",
    "Network",
    "NetworkError",
    "NetworkRefused",
    "Server",
    "Smtp",
    "make_network",
    "may_be_called",
    "open_folder",
    "read_server",
]
