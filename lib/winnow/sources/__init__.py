"""Archives wherever they lie: files, web servers, object stores."""
