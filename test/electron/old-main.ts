// The main process as the old Electron of the tests runs it: what it lacks, then the product's own.
import './older-electron.ts'
import '../../src-main/main.ts'
