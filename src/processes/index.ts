export {
  abandonedAfter,
  beatClaim,
  type Claim,
  type Holder,
  holderOf,
  holderText,
  takeClaim,
} from './claim.ts';
export { type CoreLease, leaseCores, type OnBusy, threadsOfEnvironment } from './cores.ts';
export { guardProcess, hangUpIsIgnored, type Output } from './guard.ts';
export { isProcessAlive, processIdentity, processMark, processSpace } from './identity.ts';
export { endWithParent, workerEnvironment, workerFlags } from './lifeline.ts';
export { runTasks } from './tasks.ts';
export { type Answer, answerTasks, type Failure, isWorker, startWorker } from './worker.ts';
