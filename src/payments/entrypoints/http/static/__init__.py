"""Files that the API serves: payments.js, and the page that draws its documentation."""
