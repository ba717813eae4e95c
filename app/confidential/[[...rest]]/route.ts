import { serve } from "@/lib/http/endpoint/serve";

/** Every other address under /confidential: authentication first, then a problem document. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/{rest}", []);
