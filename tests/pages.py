"""Pages as tests read them, and forms as they send them, each by somebody who is signed in."""

from typing import Any

from django.urls import reverse


class Pages:
    """The pages of one room, by the names of their addresses."""

    def __init__(self, room: str) -> None:
        self.room = room

    def page(self, client: Any, user: Any, name: str, /, *args: Any, **query: Any) -> str:
        """What the page says."""
        client.force_login(user)
        response = client.get(reverse(f"{self.room}:{name}", args=args), query)
        assert response.status_code == 200, (name, response.status_code)
        return response.content.decode().replace("\xa0", " ")

    def send(self, client: Any, user: Any, name: str, /, *args: Any, query: str = "",
             **data: Any) -> Any:  # fmt: skip
        """What answers the form; `query` stands behind the address."""
        client.force_login(user)
        return client.post(reverse(f"{self.room}:{name}", args=args) + query, data)

    def done(self, client: Any, user: Any, name: str, /, *args: Any, **data: Any) -> Any:
        """Send a form that is accepted: it leads on."""
        answer = self.send(client, user, name, *args, **data)
        assert answer.status_code == 302, answer.content.decode()
        return answer
