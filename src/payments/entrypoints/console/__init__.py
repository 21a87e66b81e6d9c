"""The console: pages for the shop's people, over the same use cases as the API and the commands.

├── app         console_app: sessions, scopes and forgery are checked here, before any page
├── access      which scope each page needs: the one table that code and tests are driven from
├── visit       Visit: one request, with its operator and language, and how pages are answered
├── forms       what a form contains, and that it is one of ours
├── uploads     a form with a file
├── jobs        work that takes longer than a page may
├── errors      what an error says in both languages
├── deeds       a row of the audit list as a sentence
├── rendering   templates and their filters
├── texts/      all texts of the pages
└── pages/      the pages: each is a function of a visit
"""

from payments.entrypoints.console.app import Console, console_app

__all__ = ("Console", "console_app")
