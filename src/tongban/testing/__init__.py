"""What tests of the kernel and of plugins share: fixtures, factories, doubles of services."""
