"""HTTP/1.1 as much of it as asking a server takes, on asyncio's transports and llhttp's parser."""
