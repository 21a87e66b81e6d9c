"""PaymentRepository over tables: the statements that read, those that write, and the rows between."""
