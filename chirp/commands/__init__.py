"""What the commands of `chirp` do: they know the application and the server, and only the command line knows them."""
