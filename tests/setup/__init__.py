"""What set-up runs, and what makes files of conf/."""
