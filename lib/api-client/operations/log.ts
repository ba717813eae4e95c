import { operation } from "@/lib/api-client/operation";
import { EntriesPath, TilePath } from "@/lib/audit/schema";

export const getLogTile = operation({
  id: "getLogTile",
  method: "GET",
  path: "/confidential/audit/log/tile/{level}/{index}",
  summary: "One tile of hashes, full or partial (C2SP tlog-tiles).",
  scopes: ["read"],
  roles: "any",
  params: TilePath,
  response: { status: 200, mediaType: "application/octet-stream" },
  rate: "reads",
  action: "audit.tile",
  immutable: true,
});

export const getLogEntries = operation({
  id: "getLogEntries",
  method: "GET",
  path: "/confidential/audit/log/tile/entries/{index}",
  summary: "One bundle of entries as they were hashed (C2SP tlog-tiles), for people who see all cases.",
  scopes: ["read"],
  roles: ["coordinator"],
  duties: ["approve", "legal"],
  params: EntriesPath,
  response: { status: 200, mediaType: "application/octet-stream" },
  rate: "reads",
  action: "audit.entries",
});
