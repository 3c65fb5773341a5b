// Preloaded into a measured process: writes its peak of resident memory, in kilobytes, to the file that is named.
const { writeFileSync } = require('node:fs');

const { PEAK_MEMORY_FILE: file } = process.env;
process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS)));
