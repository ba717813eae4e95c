import { writeBundle } from "./write-bundle";
writeBundle("/tmp/vb", "/tmp/vb/b.zip", 300000, 0);
