"""A payment told in sentences, in Korean and English: for the demo shop's buyers and for operators alike.

├── words      Words: one text in both languages, and the choice of language
└── timeline   what happened, why it matters, and who reported it
"""
