'use strict';
// node --require elsewhere.js: the package `iamport` takes no base URL; it reads its own public, static
// `Iamport.DEFAULT_HOST` whenever a client is made. That one value is changed, and no line of the package.
const path = require('path');

require(path.join(process.cwd(), 'lib', 'iamport')).DEFAULT_HOST = process.env.IAMPORT_HOST;
