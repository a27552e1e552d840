"""The hall 网上办事大厅: where people find services, follow their tasks and enter systems."""
