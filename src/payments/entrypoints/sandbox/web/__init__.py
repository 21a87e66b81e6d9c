"""What a browser and a person see: the script, the windows, the console, and `/_sandbox/` as JSON.

├── window         WindowRoutes: `/v1/iamport.js`, the frame, the payment window; window_view: what it shows
├── browser_sdk    PortOneRoutes: `/v2/browser-sdk.js` and billing keys; portone/: what is pressed in V2's windows
├── certification  the window of an identity check
├── results        what a shop's page gets: the callback's object, or an address with a query
├── console        ConsoleRoutes: the console page; console_view: what it shows
├── admin          AdminRoutes: payments, keys, settings, the clock
├── faults         FaultRoutes: the faults that are on
├── answers        requests and answers as JSON, and the templates
├── window_text, console_text   the words of the pages, in Korean and English
└── static/, templates/
"""
