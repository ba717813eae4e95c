import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";

// Serves `openssl ts -reply` by HTTP on loopback: node openssl-authority.mjs PORT CONFIG FOLDER.
const [port, config, folder] = process.argv.slice(2);
createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const work = mkdtempSync(path.join(folder, "stamp-"));
    const [query, reply] = [path.join(work, "q"), path.join(work, "r")];
    writeFileSync(query, Buffer.concat(chunks));
    execFile("openssl", ["ts", "-reply", "-config", config, "-queryfile", query, "-out", reply], (error) => {
      if (error) return response.writeHead(500).end();
      response.writeHead(200, { "content-type": "application/timestamp-reply" }).end(readFileSync(reply));
    });
  });
}).listen(Number(port), "127.0.0.1");
