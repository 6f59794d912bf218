"""An SMTP client that pipelines (RFC 2920) and tells its caller the last moment before a message is handed over."""
