import { migrateNow } from "@/lib/launch/migrate-now";

await migrateNow();
