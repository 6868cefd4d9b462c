"""Archives as a user names them, in files, on web servers and in object stores."""
