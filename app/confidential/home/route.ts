import { getHome } from "@/lib/api-client/operations/home";
import { getHome as get } from "@/lib/home/get-home";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/home", [
  bind(getHome, (cx) => get(cx)),
]);
