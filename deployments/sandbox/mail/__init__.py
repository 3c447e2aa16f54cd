"""An SMTP server whose mails end in an inbox that a browser can read."""
