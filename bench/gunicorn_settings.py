"""How gunicorn serves either site: two workers that answer one request at a time and close the connection."""

workers = 2
worker_class = "sync"
loglevel = "warning"
control_socket_disable = True
