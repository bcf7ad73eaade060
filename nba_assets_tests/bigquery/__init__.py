"""What keeps BigQuery honest on one machine: Google's own analyser and evaluator read the SQL that would be sent."""
