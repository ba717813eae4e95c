import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { CATALOGUES } from "@/components/messages/catalogue";
import { LANGUAGE_COOKIE, languageOf } from "@/components/messages/language";

/** Wording for one request: the reader's choice, else what the browser asks for. No language in the address. */
export default getRequestConfig(async () => {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  const locale = languageOf(jar.get(LANGUAGE_COOKIE)?.value, head.get("accept-language"));
  return {
    locale,
    messages: CATALOGUES[locale],
    // Times are formatted by LocalTime, in the reader's own zone; this one stands where no script runs.
    timeZone: "UTC",
  };
});
