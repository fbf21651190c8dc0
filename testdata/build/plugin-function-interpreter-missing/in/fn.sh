#!/no/such/shell
