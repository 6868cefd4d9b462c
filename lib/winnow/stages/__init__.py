"""(DataFrame, settings) -> DataFrame: one module for each table."""
