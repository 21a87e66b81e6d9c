'use strict';
// The other end of remote.py for Node.js: runs where the packages are installed and needs nothing but them.
const path = require('path');
const readline = require('readline');
const { createRequire } = require('module');

const here = createRequire(path.join(process.cwd(), 'package.json'));
const things = [];

const keep = (thing) => things.push(thing) - 1;
const isObject = (value) => value !== null && typeof value === 'object';

// Things named by number in an argument.
function there(value) {
  if (Array.isArray(value)) return value.map(there);
  if (!isObject(value)) return value;
  if (Object.keys(value).join() === '$') return things[value.$];
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, there(item)]));
}

// An HTTP library's answer is its status and data; everything else is itself.
const data = (value) =>
  isObject(value) && value.config && value.request ? { status: value.status, data: value.data } : value;

function thrown(error) {
  const { response, code } = error;
  const attributes = { code, response: response && { status: response.status, data: response.data } };
  return { kind: error.name || 'Object', text: String(error.message || ''), attributes };
}

function names(target) {
  const found = [];
  for (let at = target; at && at !== Object.prototype && at !== Function.prototype; at = Object.getPrototypeOf(at)) {
    found.push(...Object.getOwnPropertyNames(at));
  }
  const isPublic = (name) => !name.startsWith('_') && name !== 'constructor' && typeof target[name] === 'function';
  return [...new Set(found)].filter(isPublic);
}

async function act({ op, name, on, path: steps, args }) {
  if (op === 'load') return keep(here(name));
  let owner;
  let target = things[on];
  for (const step of steps) [owner, target] = [target, target[step]];
  if (op === 'value') return target;
  if (op === 'members') return Object.keys(target);
  if (op === 'names') return names(target);
  if (op === 'set') return void (target[args[0]] = args[1]);
  const isClass = op === 'keep' && /^class\b|^function [A-Z]/.test(String(target));
  const result = isClass ? new target(...there(args)) : target.apply(owner, there(args));
  return op === 'keep' ? keep(result) : data(await result);
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let answer;
    try {
      answer = { value: (await act(JSON.parse(line))) ?? null };
    } catch (error) {
      answer = { thrown: thrown(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

main();
