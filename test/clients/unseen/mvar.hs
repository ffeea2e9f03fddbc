-- SPDX-License-Identifier: MPL-2.0
-- A socket goes to and fro between two threads by MVars.
module Main where
import Control.Concurrent
import Control.Monad
import Foreign.C
import Foreign.Ptr
foreign import ccall "zmq_ctx_new" ctxNew :: IO (Ptr ())
foreign import ccall "zmq_socket" newSocket :: Ptr () -> CInt -> IO (Ptr ())
foreign import ccall safe "zmq_send" send :: Ptr () -> Ptr () -> CSize -> CInt -> IO CInt
foreign import ccall "zmq_close" close :: Ptr () -> IO CInt
foreign import ccall safe "zmq_ctx_term" ctxTerm :: Ptr () -> IO CInt

main :: IO ()
main = do
  context <- ctxNew
  socket <- newSocket context 1
  there <- newEmptyMVar
  back <- newEmptyMVar
  _ <- forkOS $ replicateM_ 20 $ do
    s <- takeMVar there
    _ <- send s nullPtr 0 1
    putMVar back s
  done <- newEmptyMVar
  _ <- forkOS $ do
    replicateM_ 20 $ do
      _ <- send socket nullPtr 0 1
      putMVar there socket
      _ <- takeMVar back
      return ()
    putMVar done ()
  takeMVar done
  _ <- close socket
  _ <- ctxTerm context
  return ()
