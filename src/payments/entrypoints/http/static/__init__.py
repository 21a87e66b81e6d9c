"""Files that the API serves: payments.js, and the page that renders its documentation."""
