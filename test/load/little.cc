/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A little libzmq, for what a real archive is not made for: position-independent, in plugins. Two
 * sockets over inproc; names and imports are those that the real one has. -DLYING=1: functions
 * overlap by what the symbol table says; 2: one lies outside of the code; 3: a function loops to
 * its entry. -DINLINED: an optimiser at link time may put the functions into their callers.
 */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#ifdef INLINED /* at link time */
#define API extern "C"
#else
#define API extern "C" __attribute__((visibility("default"), noinline))
#endif
#define OWN __attribute__((noinline))

namespace zmq
{
class mutex_t
{
  public:
    pthread_mutex_t _mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t _more = PTHREAD_COND_INITIALIZER;
    OWN void lock()
    {
        pthread_mutex_lock(&_mutex);
    }
    OWN void unlock()
    {
        pthread_mutex_unlock(&_mutex);
    }
    OWN void wait()
    {
        pthread_cond_wait(&_more, &_mutex);
    }
    OWN void signal()
    {
        pthread_cond_signal(&_more);
    }
};

class socket_base_t
{
  public:
    mutex_t _sync;
    socket_base_t *_peer = nullptr;
    char _queue[64];
    unsigned _in = 0, _out = 0;
    OWN void attach(socket_base_t *peer_)
    {
        _peer = peer_;
    }
    OWN bool has_in()
    {
        return _in != _out;
    }
    OWN int push(char byte_);
    OWN int pop(char *byte_);
};

int socket_base_t::push(char byte_)
{
    _sync.lock();
    _queue[_in++ % sizeof(_queue)] = byte_;
    _sync.signal();
    _sync.unlock();
    return 1;
}

int socket_base_t::pop(char *byte_)
{
    _sync.lock();
    while (!has_in())
        _sync.wait();
    *byte_ = _queue[_out++ % sizeof(_queue)];
    _sync.unlock();
    return 1;
}

class ctx_t
{
  public:
    socket_base_t *_bound = nullptr;
    unsigned _sockets = 0;
    OWN socket_base_t *create_socket(int type_);
    OWN int terminate()
    {
        return _sockets == 0 ? 0 : -1;
    }
};

socket_base_t *ctx_t::create_socket(int type_)
{
    _sockets += type_ == 0;
#ifdef NAMES /* as the real one does with its threads */
    pthread_setname_np(pthread_self(), "ZMQbg/IO/0");
#endif
    return new socket_base_t();
}

static ctx_t *only;
} // namespace zmq

using namespace zmq;

API int zmq_errno(void)
{
    return errno;
}
API int zmq_msg_init(void *msg_)
{
    return memset(msg_, 0, 64) == nullptr;
}
API void *zmq_ctx_new(void)
{
    only = new ctx_t();
    return only;
}
API int zmq_ctx_term(void *context_)
{
    int rc = static_cast<ctx_t *>(context_)->terminate();
    only = nullptr;
    return rc;
}
API void *zmq_socket(void *context_, int type_)
{
    return static_cast<ctx_t *>(context_)->create_socket(type_);
}
API int zmq_close(void *socket_)
{
    only->_sockets--;
    delete static_cast<socket_base_t *>(socket_);
    return 0;
}
API int zmq_bind(void *socket_, const char *address_)
{
    only->_bound = static_cast<socket_base_t *>(socket_);
    return address_ == nullptr;
}
API int zmq_connect(void *socket_, const char *address_)
{
    static_cast<socket_base_t *>(socket_)->attach(only->_bound);
    only->_bound->attach(static_cast<socket_base_t *>(socket_));
    return address_ == nullptr;
}
API int zmq_send(void *socket_, const void *data_, size_t size_, int flags_)
{
    int rc = static_cast<socket_base_t *>(socket_)->_peer->push(*static_cast<const char *>(data_));
    return size_ == 1 && flags_ == 0 ? rc : -1;
}
API int zmq_recv(void *socket_, void *data_, size_t size_, int flags_)
{
    int rc = static_cast<socket_base_t *>(socket_)->pop(static_cast<char *>(data_));
    return size_ == 1 && flags_ == 0 ? rc : -1;
}

/* What a real one calls elsewhere. */
API void zmq_little_unused(void)
{
    struct sockaddr address;
    socklen_t len = sizeof(address);
    pthread_t thread;

    freeaddrinfo(nullptr);
    listen(-1, 1);
    getsockname(-1, &address, &len);
    pthread_create(&thread, nullptr, nullptr, nullptr);
}

#if LYING == 1
__asm__(".globl zmq_poll\n.type zmq_poll, %function\n.set zmq_poll, zmq_send + 2\n.size zmq_poll, "
        "40\n");
#elif LYING == 2
__asm__(
    ".data\n.globl zmq_poll\n.type zmq_poll, %function\nzmq_poll: .zero 32\n.size zmq_poll, 32\n"
    ".text\n");
#elif LYING == 3 && defined(__x86_64__)
__asm__(".globl zmq_proxy\n.type zmq_proxy, %function\nzmq_proxy: push %rbx\n1: mov %rdi, %rbx\n"
        "dec %rdi\njne 1b\npop %rbx\nret\n.size zmq_proxy, .-zmq_proxy\n");
#endif
