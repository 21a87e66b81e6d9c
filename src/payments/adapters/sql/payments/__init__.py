"""The PaymentRepository over tables: statements that read, statements that write, and the rows between."""
