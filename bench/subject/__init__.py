"""What is measured: Tongban on the demo campus, in a database of its own."""
