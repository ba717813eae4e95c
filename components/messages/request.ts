import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { CATALOGUES } from "@/components/messages/catalogue";
import { LANGUAGE_COOKIE, languageOf } from "@/components/messages/language";

/** Messages for one request, in the language that the reader chose or the browser asks for. Addresses contain no language. */
export default getRequestConfig(async () => {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  const locale = languageOf(jar.get(LANGUAGE_COOKIE)?.value, head.get("accept-language"));
  return {
    locale,
    messages: CATALOGUES[locale],
    // LocalTime formats times in the reader's zone. Without scripts, times are in UTC.
    timeZone: "UTC",
  };
});
