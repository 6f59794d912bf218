"""The mail of a trial site, which lies in files, as pages. Never part of a production site (`newsletters.outbox.checks`)."""
