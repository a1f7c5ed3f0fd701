"""How gunicorn serves: two processes of four threads, behind whatever ends TLS on this machine."""

from pathlib import Path

from config.environment import plain_speech

with plain_speech():
    from config.settings import PORT

wsgi_app = "config.wsgi"
bind = f"127.0.0.1:{PORT}"
workers = 2
threads = 4
worker_class = "gthread"
preload_app = True  # a wrong setting ends the start once, not once a worker
timeout = 120  # the report of a large portfolio
graceful_timeout = 10
loglevel = "warning"
accesslog = None
if Path("/dev/shm").is_dir():  # noqa: S108  heartbeats without a disk
    worker_tmp_dir = "/dev/shm"  # noqa: S108
control_socket_disable = True
