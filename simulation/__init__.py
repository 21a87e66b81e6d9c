"""The simulation: the real use cases in a made world, where anything may happen between any two awaits.

plan        what one seed means: the cast, the faults, and what the provider does where no document says
scheduler   processes, the virtual clock, deaths
machines    the servers and workers of the shop: use cases over ports that pause
stores      the ports of the database: conflicts, lost answers, and what was written
calling     how those ports reach the store: each call alone, or (group_commit) what waits together
line        the way to the provider: calls that are lost, late, or executed after the caller gave up
wire        the port on the first provider; v2: the real adapter of the second, and what its API answers
moving      a shop with both, which moves from the first to the second
rows        the attempts in the provider's book
provider    the provider's book: windows, accounts, the console, lists, replicas
people      buyers, also hostile ones; operators: the shop's staff, the console, another system on the account
laws        what must hold after every step; last_laws: what must hold once the faults have stopped
marks       what every run of CI must have met
world       one seed, from its beginning to its rest
story       a failing seed, made short and told
running     many seeds on every core; report: what they counted
bugs        planted bugs, each of which must be found
"""
