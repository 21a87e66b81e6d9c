"""What each payment company behind PortOne allows (V1 and V2), as data, and the loop that checks a request against it.

data/       one table of facts (`pgs.toml`), one of rules, one of codes: people who know a PG correct these alone
loading     reads the tables, and refuses whatever has no source
rule        Rule, Case and Pg: the typed rows
checks      the conditions that a case may name
engine      the loop: which rules a request breaks
requests    a payment or refund of the domain as the fields that rules read
channels    PgRules: the port of the domain over the shop's channels
describing  the rules as sentences for people
codes       banks and cards, as each generation and PG spells them
"""

from payments.adapters.pg_rules.channels import PgChannel, PgRules
from payments.adapters.pg_rules.describing import sentences_of
from payments.adapters.pg_rules.loading import Tables, tables
from payments.adapters.pg_rules.requests import FIELDS

__all__ = ("FIELDS", "PgChannel", "PgRules", "Tables", "sentences_of", "tables")
