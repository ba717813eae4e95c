import { listReasons as list, setReasons as set } from "@/lib/access/review/reasons";
import { listReasons, setReasons } from "@/lib/api-client/operations/decisions";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/reasons", [
  bind(listReasons, (cx) => list(cx)),
  bind(setReasons, (cx, { body }) => set(cx, body)),
]);
