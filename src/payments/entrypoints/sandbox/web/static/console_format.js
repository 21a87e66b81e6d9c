/* How the console writes money, times and words; and elements without markup. */
export const words = JSON.parse(document.body.dataset.words);
const language = document.documentElement.lang;
const seoul = { timeZone: "Asia/Seoul", hourCycle: "h23" };
const clockFace = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "ko-KR", {
  ...seoul, year: "numeric", month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit"
});
const parts = new Intl.DateTimeFormat("en-CA", {
  ...seoul, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit"
});

export function money(amount, currency) {
  const digits = Number(amount).toLocaleString("en-US", { maximumFractionDigits: 4 });
  if (currency === "KRW") return language === "en" ? `₩${digits}` : `${digits}원`;
  return currency === "USD" ? `$${digits}` : `${digits} ${currency}`;
}

export function dayAndTime(seconds) {
  return clockFace.format(new Date(seconds * 1000));
}

/* Today only the time, on other days the date too: "14:03:22", "11-23 14:03:22". */
export function moment(seconds, now) {
  const [day, time] = parts.format(new Date(seconds * 1000)).split(", ");
  const [today] = parts.format(new Date(now * 1000)).split(", ");
  return day === today ? time : `${day.slice(day.slice(0, 4) === today.slice(0, 4) ? 5 : 0)} ${time}`;
}

export function fill(sentence, value) {
  return sentence.replace("{}", value);
}

export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
