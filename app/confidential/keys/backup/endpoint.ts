import { readRootBackup } from "@/lib/api-client/operations/keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { readRootBackup as readBackup } from "@/lib/keys/read-root-backup";

export const endpoint = endpointAt("/confidential/keys/backup", [
  bind(readRootBackup, async (cx) => readBackup(cx)),
]);
