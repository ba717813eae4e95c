import { readFileSync } from "node:fs";
import { request } from "node:https";

// Run as a part's user or as a stranger: makes calls of other parts with the certificate that its variables name, and prints what
// became of each. Calls of the first argument: `[{ port, method, path }]`.
const { TLS_CERT_FILE, TLS_KEY_FILE, TLS_CA_FILE, TLS_MAX } = process.env;
const own =
  TLS_CERT_FILE === undefined
    ? {}
    : { cert: readFileSync(TLS_CERT_FILE), key: readFileSync(TLS_KEY_FILE ?? "") };
const ca = readFileSync(TLS_CA_FILE ?? "");
const limit = TLS_MAX === undefined ? {} : { maxVersion: TLS_MAX };

function call({ port, method, path }) {
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, method, path, ca, agent: false, ...own, ...limit };
    const sent = request(options, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      answer.on("end", () =>
        resolve(text === '{"reason":"caller"}' ? "refused" : `answered ${answer.statusCode}`),
      );
    });
    sent.on("error", () => resolve("no connection"));
    sent.end();
  });
}

const outcomes = [];
for (const one of JSON.parse(process.argv[2] ?? "[]")) outcomes.push(await call(one));
process.stdout.write(JSON.stringify(outcomes));
